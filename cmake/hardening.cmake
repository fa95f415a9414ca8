# Hardening of optimised builds; sanitizers and fuzzers bring their own checks.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
add_library(lyncprobe_hardening INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(lyncprobe_hardening INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
        -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
    target_link_options(lyncprobe_hardening INTERFACE -Wl,-z,relro,-z,now)
endif()

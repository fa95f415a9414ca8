# Warnings for our own code only; third-party headers are SYSTEM. They are errors with LYNCPROBE_WERROR=ON alone, as CMake variable
# or in the environment: a user's compiler may be one that nobody has tried.
# -Wrestrict is off on GCC: version 12 raises it falsely for std::string assignments at -O2 (GCC bug 105651).
if(NOT DEFINED LYNCPROBE_WERROR)
    set(LYNCPROBE_WERROR "$ENV{LYNCPROBE_WERROR}")
endif()
add_library(lyncprobe_warnings INTERFACE)
target_compile_options(lyncprobe_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-missing-field-initializers -Wno-restrict>
    $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers -Wno-missing-designated-field-initializers>
    $<$<BOOL:${LYNCPROBE_WERROR}>:-Werror>)

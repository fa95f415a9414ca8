# Warnings for our own code only; third-party headers are SYSTEM. Errors in the presets, not in a tarball build.
# -Wrestrict is off on GCC: version 12 raises it falsely for std::string assignments at -O2 (GCC bug 105651).
option(LYNCPROBE_WERROR "Treat warnings as errors" OFF)
add_library(lyncprobe_warnings INTERFACE)
target_compile_options(lyncprobe_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wno-missing-field-initializers -Wno-restrict>
    $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers -Wno-missing-designated-field-initializers>
    $<$<BOOL:${LYNCPROBE_WERROR}>:-Werror>)

# Everything comes from Debian packages; scripts/install-deps names them.
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS json)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(EXPAT REQUIRED)
find_package(Threads REQUIRED)
find_package(CURL 7.85 REQUIRED COMPONENTS HTTP LDAP)

find_path(IDN2_INCLUDE_DIR idn2.h REQUIRED)
find_library(IDN2_LIBRARY idn2 REQUIRED)
add_library(idn2::idn2 UNKNOWN IMPORTED)
set_target_properties(idn2::idn2 PROPERTIES IMPORTED_LOCATION ${IDN2_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${IDN2_INCLUDE_DIR})

find_path(CARES_INCLUDE_DIR ares.h REQUIRED)
find_library(CARES_LIBRARY cares REQUIRED)
add_library(cares::cares UNKNOWN IMPORTED)
set_target_properties(cares::cares PROPERTIES IMPORTED_LOCATION ${CARES_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CARES_INCLUDE_DIR})

# What CPack writes about each package. Names of components are those of packages, but for `library`
# and `dev`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME freshet)
set(CPACK_PACKAGE_VENDOR Freshet)
set(CPACK_PACKAGE_CONTACT "Freshet developers <freshet@lists.example.org>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/before_packing.cmake)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/dependencies.cmake)
set(CPACK_FRESHET_SOURCE_DIR ${PROJECT_SOURCE_DIR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")

# freshet_package(COMPONENT NAME SECTION SUMMARY SENTENCES): scripts and lists of configuration files
# in debian/NAME go with it.
set(CPACK_COMPONENTS_ALL)
macro(freshet_package component name section summary sentences)
  string(TOUPPER CPACK_DEBIAN_${component} package)
  set(${package}_PACKAGE_NAME ${name})
  set(${package}_PACKAGE_SECTION ${section})
  set(${package}_DESCRIPTION "${summary}\n${sentences}")
  set(${package}_PACKAGE_CONTROL_EXTRA)
  foreach(file postinst prerm postrm conffiles triggers)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/debian/${name}/${file})
      list(APPEND ${package}_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_SOURCE_DIR}/debian/${name}/${file})
    endif()
  endforeach()
  list(APPEND CPACK_COMPONENTS_ALL ${component})
endmacro()

freshet_package(freshet freshet net "downloads from HTTP and from the machines next door"
  "Machines that want the same content take one copy of it from its origin
together, and the rest from each other. Every byte is verified, and nothing
is lost when the power is.
.
This is the daemon, freshetd, the command line, freshet, and the caching
node for local networks.")
set(CPACK_DEBIAN_FRESHET_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_FRESHET_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_FRESHET_PACKAGE_SUGGESTS
  "python3, iproute2, nginx-light, curl, aria2, python3-libtorrent, python3-matplotlib")

freshet_package(library libfreshet1 libs "delivery optimization for programs (library)"
  "freshet::Client downloads within a program, or works with the daemon: the
same methods, callbacks and errors. The same in the shape of BITS and
Delivery Optimization.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS ca-certificates)

freshet_package(dev libfreshet-dev libdevel "delivery optimization for programs (headers)"
  "Headers, the static library, a CMake package and pkg-config files of
libfreshet1.")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS
  "libtorrent-rasterbar-dev, librocksdb-dev, libcurl4-openssl-dev, libssl-dev, libfmt-dev, libsystemd-dev")

freshet_package(agent freshet-do-agent net "downloads for clients of Delivery Optimization's agent"
  "Programs made for Microsoft's Delivery Optimization agent for Linux, its SDK
and its apt plug-in work unchanged, and get their bytes from Freshet.")
set(CPACK_DEBIAN_AGENT_PACKAGE_PROVIDES deliveryoptimization-agent)
set(CPACK_DEBIAN_AGENT_PACKAGE_CONFLICTS deliveryoptimization-agent)

freshet_package(apt freshet-apt admin "apt downloads from the machines next door"
  "Methods freshet+http and freshet+https: large packages come through Freshet,
checked against what apt knows of them, so that machines next to each other
take one copy from the archive; all else goes straight.")

include(CPack)

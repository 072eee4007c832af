# Run by CPack once the files of all packages lie in a directory each: adds what every package carries
# beside what was installed, and compresses manual pages.
set(source ${CPACK_FRESHET_SOURCE_DIR})
set(version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
find_program(GZIP gzip REQUIRED)
find_program(PYTHON NAMES python3 REQUIRED)

# The same packages for the same commit, whenever they are made.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(epoch $ENV{SOURCE_DATE_EPOCH})
else()
  execute_process(COMMAND git -C ${source} log -1 --format=%ct OUTPUT_VARIABLE epoch
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT epoch MATCHES "^[0-9]+$")
  string(TIMESTAMP epoch %s UTC)
endif()
set(ENV{SOURCE_DATE_EPOCH} ${epoch})
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER CPACK_DEBIAN_${component}_PACKAGE_NAME name)
  set(name ${${name}})
  set(root ${CPACK_TEMPORARY_DIRECTORY}/${component})
  set(documents ${root}/usr/share/doc/${name})
  file(COPY ${source}/packaging/debian/copyright DESTINATION ${documents})
  file(WRITE ${documents}/changelog.Debian "freshet (${version}) bookworm; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}; what is new in it is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  configure_file(${source}/CHANGELOG.md ${documents}/changelog COPYONLY)
  execute_process(COMMAND ${PYTHON} ${source}/packaging/sbom.py ${name} ${version} ${root}
    ${source}/cmake/packages.txt ${documents}/sbom.spdx.json COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB pages ${root}/usr/share/man/man*/*.[1-8])
  execute_process(COMMAND ${GZIP} -9nf ${documents}/changelog ${documents}/changelog.Debian ${pages}
    COMMAND_ERROR_IS_FATAL ANY)
  file(CHMOD_RECURSE ${documents} FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ
    DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
    WORLD_EXECUTE)
endforeach()

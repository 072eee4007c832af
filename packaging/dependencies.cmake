# Read by CPack, which knows the version: packages of one build belong together.
set(freshet_version "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libfreshet1 (= ${freshet_version}), libexpected-dev")
set(CPACK_DEBIAN_AGENT_PACKAGE_DEPENDS "adduser, freshet (>= ${freshet_version})")
set(CPACK_DEBIAN_APT_PACKAGE_DEPENDS "apt, freshet (>= ${freshet_version})")

# What is installed and how it becomes a .deb and an .rpm. The .deb depends on Debian's libraries; the .rpm carries
# its own in /usr/lib/portcullis (packaging/rpm/bundle_libraries.cmake), since other distributions have other versions.
if(NOT TARGET portcullis)
  return()
endif()

set_target_properties(portcullis PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/portcullis:/usr/lib/portcullis" INSTALL_RPATH_USE_LINK_PATH OFF)
install(TARGETS portcullis RUNTIME DESTINATION bin)
install(DIRECTORY rules/ DESTINATION share/portcullis/rules FILES_MATCHING PATTERN "*.conf" PATTERN "*.data")
install(DIRECTORY packaging/docs/ DESTINATION share/doc/portcullis)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION share/doc/portcullis)
install(FILES packaging/systemd/portcullis.service DESTINATION lib/systemd/system)
install(FILES packaging/portcullis.json DESTINATION /etc/portcullis)

set(CPACK_PACKAGE_NAME portcullis)
set(CPACK_PACKAGE_VENDOR "The Portcullis authors")
set(CPACK_PACKAGE_CONTACT "The Portcullis authors <security@portcullis.example>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Web application firewall gateway with an embedded admin UI")
set(CPACK_PACKAGE_DESCRIPTION "Terminates HTTPS, inspects every request against SecLang rules such as the OWASP CRS, \
forwards what is clean to balanced upstreams, and is managed in the browser. One process, no external database.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/packages)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION httpd)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "modsecurity-crs")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/packaging/debian/postinst;\
${CMAKE_SOURCE_DIR}/packaging/debian/prerm;${CMAKE_SOURCE_DIR}/packaging/debian/postrm;\
${CMAKE_SOURCE_DIR}/packaging/debian/conffiles")

set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_PACKAGE_AUTOREQPROV OFF)
set(CPACK_RPM_USER_FILELIST "%config(noreplace) /etc/portcullis/portcullis.json")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /etc /etc/portcullis /usr/lib/systemd /usr/lib/systemd/system /usr/share/doc)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define __strip /bin/true\n%define _build_id_links none")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/packaging/cpack_generator.cmake)
include(CPack)

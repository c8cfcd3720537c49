# Read once per package format.
if(CPACK_GENERATOR STREQUAL "RPM")
  set(CPACK_INSTALL_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/rpm/bundle_libraries.cmake)
endif()

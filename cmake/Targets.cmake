# SPDX-License-Identifier: Apache-2.0
#
# The few functions that every folder's CMakeLists.txt is written with.

# offledger_library(NAME [LINK t…] [PRIVATE_LINK t…]): this folder's *.cpp as static library offledger_NAME, alias
# offledger::NAME; each bench/*_bench.cpp below it as a Google Benchmark program.
function(offledger_library name)
  cmake_parse_arguments(A "" "" "LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*.cu)
  add_library(offledger_${name} STATIC ${sources})
  add_library(offledger::${name} ALIAS offledger_${name})
  target_include_directories(offledger_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(offledger_${name} PUBLIC ${A_LINK} PRIVATE ${A_PRIVATE_LINK})
  set_target_properties(offledger_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON LINKER_LANGUAGE CXX)
  offledger_warnings(offledger_${name})
  if(OFFLEDGER_BENCH)
    file(GLOB benches CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bench/*_bench.cpp)
    foreach(bench IN LISTS benches)
      get_filename_component(program ${bench} NAME_WE)
      add_executable(${program} ${bench})
      target_link_libraries(${program} PRIVATE offledger::${name} benchmark::benchmark)
      offledger_warnings(${program})
    endforeach()
  endif()
endfunction()

# offledger_embed(NAME FUNCTION ns::fn FILES f…): adds to offledger_NAME a generated source that defines
#   std::span<const offledger::EmbeddedFile> ns::fn()
# listing the files' base names and contents, so that the binary needs no data folder beside it.
function(offledger_embed name)
  cmake_parse_arguments(A "" "FUNCTION" "FILES" ${ARGN})
  string(REPLACE "::" "_" stem ${A_FUNCTION})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${stem}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${A_FUNCTION} "-DFILES=${A_FILES}" -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${A_FILES} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake VERBATIM)
  target_sources(offledger_${name} PRIVATE ${out})
endfunction()

# SPDX-License-Identifier: Apache-2.0
#
# Script mode, run by the target `bundle`: makes DESTINATION, a folder that runs on another x86-64 Linux with CUDA 13:
#   bin/  the programs (PROGRAMS)      lib/  the shared libraries they need, but for glibc's, libstdc++ and CUDA's
#   ci/, tests/gpu/  scripts, where a checkout has them      commit  what it was built from
# Programs look in $ORIGIN/../lib first (OFFLEDGER_BUNDLE sets their RPATH).
file(REMOVE_RECURSE ${DESTINATION})
file(GET_RUNTIME_DEPENDENCIES
  EXECUTABLES ${PROGRAMS}
  RESOLVED_DEPENDENCIES_VAR needed
  UNRESOLVED_DEPENDENCIES_VAR unresolved
  PRE_EXCLUDE_REGEXES "^lib(c|m|dl|rt|pthread|stdc\\+\\+|gcc_s|cuda|cudart|cublas|cublasLt|cupti|nvidia-ml|nvperf_host|nvperf_target|checkpoint)\\.so" "^ld-linux")
file(COPY ${PROGRAMS} ${LIBRARIES} DESTINATION ${DESTINATION}/bin)
foreach(library IN LISTS needed)
  if(library MATCHES "^${BUILD}/")
    continue()  # our own shared libraries stand in bin/
  endif()
  file(COPY ${library} DESTINATION ${DESTINATION}/lib FOLLOW_SYMLINK_CHAIN)
endforeach()
file(COPY ${SOURCE}/ci/gpu.sh DESTINATION ${DESTINATION}/ci)
file(COPY ${SOURCE}/tests/gpu/diagnosis_pairs.py ${SOURCE}/tests/gpu/profile_counts.py ${SOURCE}/tests/gpu/profile_programs.py ${SOURCE}/tests/gpu/counted_programs.py
  ${SOURCE}/tests/gpu/pairs ${SOURCE}/tests/gpu/sittings DESTINATION ${DESTINATION}/tests/gpu)
file(COPY ${SOURCE}/tests/gpu/model_cuda/make_checkpoints.py DESTINATION ${DESTINATION}/tests/gpu/model_cuda)
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(WRITE ${DESTINATION}/commit "${commit}\n")
if(unresolved)
  message(STATUS "expected on the other machine: ${unresolved}")
endif()
execute_process(COMMAND du -sh ${DESTINATION} OUTPUT_VARIABLE size OUTPUT_STRIP_TRAILING_WHITESPACE)
message(STATUS "bundle: ${size}")

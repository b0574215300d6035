# SPDX-License-Identifier: Apache-2.0
#
# The warnings every target is built with, as errors. -Wpedantic breaks the files nvcc generates, so CUDA
# sources get the others through -Xcompiler.
set(OFFLEDGER_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                       -Woverloaded-virtual -Wnull-dereference -Werror)

function(offledger_warnings target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:${OFFLEDGER_WARNINGS} -Wpedantic>
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra,-Wshadow,-Werror>)
  if(OFFLEDGER_SANITIZE)
    target_compile_options(${target} PUBLIC
      $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${OFFLEDGER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
    target_link_options(${target} PUBLIC -fsanitize=${OFFLEDGER_SANITIZE})
    # GCC's sanitizers raise false -Wnull-dereference and -Wmaybe-uninitialized reports.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-null-dereference -Wno-maybe-uninitialized>)
  endif()
  if(CMAKE_UNITY_BUILD)
    # A source file that another includes is no header: its own anonymous namespace may show in its classes.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  endif()
endfunction()

# For code that runs for a moment and takes long to compile, as tests do, and commands under a sanitizer: it is optimised
# less, and under a sanitizer not at all. The libraries keep their flags. At -O1 GCC 12 sees null pointers in std::vector.
function(offledger_quickly_compiled target)
  if(OFFLEDGER_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O0>)
  else()
    target_compile_options(${target} PRIVATE
      $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Release>>:-O1 -Wno-null-dereference -Wno-maybe-uninitialized>)
  endif()
endfunction()

# UBSan doubles the compile time of tests and commands; it watches the libraries, which do the work.
function(offledger_without_ubsan target)
  if(OFFLEDGER_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

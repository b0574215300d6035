# SPDX-License-Identifier: Apache-2.0
#
# Finds nvcc and sets CUDA up for CMake 3.25; sets OFFLEDGER_HAS_CUDA. Without nvcc the CUDA device and the CUPTI
# collector are absent and everything else builds the same.
#
#   - nvcc is often not on PATH: CUDA_HOME, CUDA_PATH and /usr/local/cuda are searched too.
#   - CMake 3.25 does not know nvcc's C++20 flag and drops it without a word.
#   - The shared runtime must be chosen before the language is enabled, or both end up on the link line.
#   - CUDA::cuda_driver is never linked: its stub keeps a program from starting where there is no driver.
#   - The default architectures must be named: unset gives sm_75, `native` fails without a GPU.
set(OFFLEDGER_HAS_CUDA OFF)
if(NOT OFFLEDGER_CUDA)
  return()
endif()

find_program(OFFLEDGER_NVCC nvcc
  HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda PATH_SUFFIXES bin)
if(NOT OFFLEDGER_NVCC)
  message(STATUS "nvcc not found: building without the CUDA device and the CUPTI collector")
  return()
endif()

set(CMAKE_CUDA_COMPILER ${OFFLEDGER_NVCC})
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
endif()
enable_language(CUDA)
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
find_package(CUDAToolkit REQUIRED)
list(APPEND CMAKE_BUILD_RPATH ${CUDAToolkit_LIBRARY_DIR})
list(APPEND CMAKE_INSTALL_RPATH ${CUDAToolkit_LIBRARY_DIR})
set(OFFLEDGER_HAS_CUDA ON)
message(STATUS "CUDA ${CUDAToolkit_VERSION}: building the CUDA device and the CUPTI collector")

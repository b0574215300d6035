# SPDX-License-Identifier: Apache-2.0
set(LINK CUDA::cupti)
set(NEEDS_CUDA ON)

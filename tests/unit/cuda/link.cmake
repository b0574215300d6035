# SPDX-License-Identifier: Apache-2.0
set(NEEDS_CUDA ON)

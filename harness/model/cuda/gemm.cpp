// SPDX-License-Identifier: Apache-2.0
//
// cuBLASLt is column-major: weight[outputs][inputs] is its (inputs x outputs) matrix A, taken transposed; x
// is B and out is C and D, each transposed by the same reading.
#include "harness/model/cuda/gemm.hpp"

#include <fmt/format.h>

#include "harness/model/cuda/cuda_error.hpp"
#include "schedules/base/error.hpp"

namespace offledger::model::cuda {

StreamWork::StreamWork(cudaStream_t stream) : stream_(stream), workspace_(kWorkspaceBytes) {
  OFFLEDGER_CUBLAS(cublasLtCreate(&handle_));
}

StreamWork::StreamWork(StreamWork&& other) noexcept
    : stream_(other.stream_),
      handle_(std::exchange(other.handle_, nullptr)),
      workspace_(std::move(other.workspace_)) {}

StreamWork::~StreamWork() {
  if (handle_ != nullptr) (void)cublasLtDestroy(handle_);
}

struct Gemms::Chosen {
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulAlgo_t algorithm{};
  std::size_t workspace_bytes = 0;

  ~Chosen() {
    if (c != nullptr) (void)cublasLtMatrixLayoutDestroy(c);
    if (b != nullptr) (void)cublasLtMatrixLayoutDestroy(b);
    if (a != nullptr) (void)cublasLtMatrixLayoutDestroy(a);
    if (operation != nullptr) (void)cublasLtMatmulDescDestroy(operation);
  }
};

namespace {

/// Owns a preference for the length of one choice.
class Preference {
 public:
  Preference() { OFFLEDGER_CUBLAS(cublasLtMatmulPreferenceCreate(&preference_)); }
  ~Preference() { (void)cublasLtMatmulPreferenceDestroy(preference_); }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  template <typename T>
  void set(cublasLtMatmulPreferenceAttributes_t attribute, T value) {
    OFFLEDGER_CUBLAS(cublasLtMatmulPreferenceSetAttribute(preference_, attribute, &value, sizeof value));
  }
  [[nodiscard]] cublasLtMatmulPreference_t get() const noexcept { return preference_; }

 private:
  cublasLtMatmulPreference_t preference_ = nullptr;
};

}  // namespace

Gemms::Gemms(std::uint32_t alignment) : alignment_(alignment) {}

Gemms::~Gemms() = default;

Gemms::Chosen& Gemms::chosen(const GemmShape& shape, const StreamWork& work) {
  std::unique_ptr<Chosen>& entry = chosen_[shape];
  if (entry) return *entry;
  auto made = std::make_unique<Chosen>();
  const cublasOperation_t transposed = CUBLAS_OP_T;
  OFFLEDGER_CUBLAS(cublasLtMatmulDescCreate(&made->operation, CUBLAS_COMPUTE_32F, CUDA_R_32F));
  OFFLEDGER_CUBLAS(cublasLtMatmulDescSetAttribute(made->operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed,
                                                  sizeof transposed));
  const auto ld = static_cast<std::int64_t>(shape.inputs), ld_out = static_cast<std::int64_t>(shape.outputs);
  OFFLEDGER_CUBLAS(cublasLtMatrixLayoutCreate(&made->a, CUDA_R_16BF, shape.inputs, shape.outputs, ld));
  OFFLEDGER_CUBLAS(cublasLtMatrixLayoutCreate(&made->b, CUDA_R_16BF, shape.inputs, shape.rows, ld));
  OFFLEDGER_CUBLAS(cublasLtMatrixLayoutCreate(&made->c, shape.float_output ? CUDA_R_32F : CUDA_R_16BF,
                                              shape.outputs, shape.rows, ld_out));
  Preference preference;
  preference.set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{StreamWork::kWorkspaceBytes});
  preference.set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                 std::uint32_t{CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE});
  preference.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_);
  cublasLtMatmulHeuristicResult_t result{};
  int found = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(work.handle(), made->operation, made->a, made->b, made->c, made->c,
                                     preference.get(), 1, &result, &found);
  if (status != CUBLAS_STATUS_NOT_SUPPORTED) OFFLEDGER_CUBLAS(status);
  if (found == 0) {
    throw Error(
        ErrorKind::kNotMeasured,
        fmt::format("cuBLASLt has no bf16 product of [{} x {}] by [{} x {}]^T on this device; check the "
                    "workload's architecture",
                    shape.rows, shape.inputs, shape.outputs, shape.inputs));
  }
  made->algorithm = result.algo;
  made->workspace_bytes = result.workspaceSize;
  entry = std::move(made);
  return *entry;
}

void Gemms::prepare(const GemmShape& shape, const StreamWork& work) {
  (void)chosen(shape, work);
}

void Gemms::run(const GemmShape& shape, const Element* weight, const Element* x, void* out,
                const StreamWork& work) {
  const Chosen& c = chosen(shape, work);
  const float one = 1.0F, beta = shape.accumulate ? 1.0F : 0.0F;
  OFFLEDGER_CUBLAS(cublasLtMatmul(work.handle(), c.operation, &one, weight, c.a, x, c.b, &beta, out, c.c, out,
                                  c.c, &c.algorithm, work.workspace(), c.workspace_bytes, work.stream()));
}

}  // namespace offledger::model::cuda

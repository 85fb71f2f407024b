#include "common/rpc/stream_right.h"

namespace onereturn {
namespace {

thread_local StreamRight* current_right = nullptr;

}  // namespace

StreamRight::StreamRight(std::function<absl::Status()> ask) : ask_(std::move(ask)) {
  current_right = this;
}

StreamRight::~StreamRight() { current_right = nullptr; }

StreamRight* StreamRight::Current() { return current_right; }

}  // namespace onereturn

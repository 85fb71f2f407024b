// How much memory the process holds.
#ifndef ONERETURN_COMMON_RPC_PROCESS_MEMORY_H_
#define ONERETURN_COMMON_RPC_PROCESS_MEMORY_H_

#include <cstdint>

namespace onereturn {

struct ProcessMemory {
  uint64_t resident_bytes = 0;
  uint64_t peak_resident_bytes = 0;
};

// As the kernel tells; zeros where it does not.
ProcessMemory ReadProcessMemory();

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_PROCESS_MEMORY_H_

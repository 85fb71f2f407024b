#include "common/rpc/process_memory.h"

#include <fstream>
#include <string>

namespace onereturn {

ProcessMemory ReadProcessMemory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  std::string name;
  uint64_t kibibytes = 0;
  std::string unit;
  for (std::string line; status >> name; std::getline(status, line)) {
    if (name == "VmRSS:" && status >> kibibytes) memory.resident_bytes = kibibytes * 1024;
    if (name == "VmHWM:" && status >> kibibytes) memory.peak_resident_bytes = kibibytes * 1024;
  }
  return memory;
}

}  // namespace onereturn

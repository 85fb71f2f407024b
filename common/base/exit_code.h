// How a server's process ends, for whoever supervises it: the codes of sysexits.h.
#ifndef ONERETURN_COMMON_BASE_EXIT_CODE_H_
#define ONERETURN_COMMON_BASE_EXIT_CODE_H_

namespace onereturn {

enum ExitCode : int {
  kExitInOrder = 0,
  // EX_DATAERR: the store is damaged, or lacks or contradicts what the service once signed; found
  // at the start or while it was in use. Keep its folder, and restore.
  kExitStoreDamaged = 65,
  // EX_NOINPUT: there is no store where one was. Mount the disk, or restore.
  kExitStoreMissing = 66,
  // EX_UNAVAILABLE: the address is in use, or the disk cannot be read. Starting again may help.
  kExitUnavailable = 69,
  // EX_SOFTWARE: the program broke a promise of its own.
  kExitInternal = 70,
  // EX_CANTCREAT: no space is left to start with.
  kExitNoSpace = 73,
  // EX_IOERR: the store failed while it was in use. Starting again finds the truth on disk.
  kExitStorageFault = 74,
  // EX_CONFIG: a file, key or peer of the configuration is wrong, or the data folder is another
  // process's, service's or version's. Starting again does not help.
  kExitConfiguration = 78,
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_EXIT_CODE_H_

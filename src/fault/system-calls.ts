import { SuperviseError } from '../errors.ts'
import { didYouMean } from '../option-checks.ts'
import { isWitnessed } from '../process/confinement/index.ts'
import type { Fault } from './make.ts'
import { isSystemCall } from './needs.ts'

/** Those that faults are about; which of them there are is the machine's to say. */
const COMMON =
  'open openat creat read pread64 readv preadv write pwrite64 writev pwritev close fsync fdatasync sync_file_range rename ' +
  'renameat renameat2 unlink unlinkat mkdir mkdirat rmdir link linkat symlink symlinkat truncate ftruncate fallocate lseek ' +
  'stat fstat lstat newfstatat statx access faccessat chmod fchmod fchmodat chown fchown flock fcntl getdents64 sendfile ' +
  'copy_file_range mmap munmap mprotect brk socket socketpair bind listen accept accept4 connect shutdown sendto recvfrom ' +
  'sendmsg recvmsg setsockopt pipe pipe2 dup dup2 dup3 poll ppoll select epoll_wait fork vfork clone clone3 execve kill ' +
  'getrandom chdir inotify_add_watch'

/** Throws `ERR_OPTION_INVALID` for a fault of a system call that this machine does not know. Asks `strace`, which must be there. */
export function assertSystemCall({ name: fault, options, text }: Fault): void {
  const { name } = options
  if (!isWitnessed(fault) || typeof name !== 'string' || isSystemCall(name)) return
  const others = COMMON.split(' ').filter((one) => one !== name)
  throw new SuperviseError(
    'ERR_OPTION_INVALID',
    `The argument \`name\` of fault.${fault} is "${name}", which is no system call of this machine.` +
      `${didYouMean(name, others)} \`man 2 syscalls\` lists them.`,
    { option: 'name', value: name, fault: text },
  )
}

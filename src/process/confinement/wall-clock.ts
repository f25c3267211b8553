/** Where distributions put the library of `faketime` that is good for programs with threads. */
export const FAKETIME_LIBRARIES: readonly string[] = [
  ...['x86_64', 'aarch64', 'riscv64', 'powerpc64le', 's390x', 'i386', 'arm'].flatMap((machine) =>
    ['gnu', 'musl', 'gnueabihf'].map(
      (libc) => `/usr/lib/${machine}-linux-${libc}/faketime/libfaketimeMT.so.1`,
    ),
  ),
  '/usr/lib/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/local/lib/faketime/libfaketimeMT.so.1',
]

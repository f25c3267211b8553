/**
 * Makes this process ignore a signal for the rest of its life: whatever listens for it already is removed, and what
 * will listen for it later is not called. Calls `onIgnored` each time. Throws for a signal that cannot be ignored.
 */
export function ignoreSignal(signal: NodeJS.Signals, onIgnored: () => void): void {
  process.removeAllListeners(signal)
  // Node binds `process.emit` when the first listener for a signal comes, so this has to be in place before.
  const emit = process.emit
  Object.assign(process, {
    emit(event: string | symbol, ...rest: unknown[]): boolean {
      if (event === signal) onIgnored()
      return event === signal || Reflect.apply(emit, process, [event, ...rest]) === true
    },
  })
  process.on(signal, () => {})
}

/** What ends a process of Node that does not listen for it. Not all that does: SIGKILL and those that programs get. */
const DEADLY = /^SIG(?:ABRT|ALRM|BUS|FPE|HUP|ILL|INT|KILL|QUIT|SEGV|SYS|TERM|TRAP|USR2|XCPU)$/

/** Whether this process does not survive this signal. */
export function endsProcess(signal: NodeJS.Signals): boolean {
  return DEADLY.test(signal) && process.listenerCount(signal) === 0
}

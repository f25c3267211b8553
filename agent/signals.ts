/**
 * Answers a signal for the rest of this process's life in this way alone: whatever listens for it already is removed, and
 * what will listen for it later is not called. Taken again, it is answered in the new way. Throws for a signal that
 * cannot be answered.
 */
export function takeSignal(signal: NodeJS.Signals, answer: () => void): void {
  process.removeAllListeners(signal)
  // Node binds `process.emit` when the first listener for a signal comes, so this has to be in place before.
  const emit = process.emit
  Object.assign(process, {
    emit(event: string | symbol, ...rest: unknown[]): boolean {
      if (event === signal) answer()
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

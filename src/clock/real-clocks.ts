import { SuperviseError } from '../errors.ts'

/** Throws `ERR_CLOCK_IN_USE` if the time of this thread is not real. */
export function assertRealTime(): void {
  if ((Date as { isFake?: boolean }).isFake) throw inUse()
}

function inUse(): SuperviseError {
  return new SuperviseError(
    'ERR_CLOCK_IN_USE',
    'The timers of this worker have been replaced already: by a simulation, by another test that runs at the same time and has a ' +
      'virtual clock, or by fake timers. There can be one virtual clock at a time: take `concurrent` from tests that use `clock` or ' +
      '`restartLoop`, and remove `vi.useFakeTimers()`.',
  )
}

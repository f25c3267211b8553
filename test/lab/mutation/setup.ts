import { beforeEach } from 'vitest'

import { OF_THE_WHOLE_PROCESS, TOO_SLOW } from './scopes.mjs'

beforeEach(({ task, skip }) => {
  skip(named(TOO_SLOW, task.name), 'it takes too long')
  skip(named(OF_THE_WHOLE_PROCESS, task.name), 'it would stop the run')
})

function named(names: readonly RegExp[], test: string): boolean {
  return names.some((name) => name.test(test))
}

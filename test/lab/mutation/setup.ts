import { beforeEach } from 'vitest'

import { TOO_SLOW } from './scopes.mjs'

beforeEach(({ task, skip }) =>
  skip(
    TOO_SLOW.some((name) => name.test(task.name)),
    'it takes too long',
  ),
)

import { supervise } from 'vitest-supervise/plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({ plugins: [supervise({ output: 'never' })] })

import { defineConfig } from 'vitest/config'
import { supervise } from 'vitest-supervise/plugin'

export default defineConfig({
  plugins: [supervise({ agent: './src/poller.ts' })],
})

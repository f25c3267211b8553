/* How smoothly the page of a run moves with 10,000 events and 1,000 tests: `npm run report-speed`. */
import { runBundled } from './bundled.mjs'

await runBundled('report-speed/cli.ts')

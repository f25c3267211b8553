/* Makes the pictures of docs/report.md anew, from the report of a real run: `npm run screenshots`. */
import { runBundled } from './bundled.mjs'

await runBundled('screenshots/cli.ts')

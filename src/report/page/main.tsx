import { render } from 'preact'

import { App } from './app.tsx'
import { embeddedData } from './embedded.ts'
import { Report } from './report.ts'
import { startTheme } from './theme.ts'

startTheme()
void show()

async function show(): Promise<void> {
  const report = new Report(await embeddedData())
  const place = document.querySelector('#page')
  if (place) render(<App report={report} />, place)
}

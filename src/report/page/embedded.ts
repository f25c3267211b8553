import type { ReportData } from '../report-data.ts'

/** What the page was made from: gzip of JSON, in base64, in the element `data`. */
export async function embeddedData(): Promise<ReportData> {
  const bytes = Uint8Array.from(atob(textOf('data')), (character) => character.charCodeAt(0))
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return (await new Response(unpacked).json()) as ReportData
}

function textOf(id: string): string {
  return document.querySelector(`#${id}`)?.textContent ?? ''
}

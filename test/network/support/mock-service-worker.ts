import * as msw2 from 'msw'
import * as msw3 from 'msw3'

/** What handlers are written with, of any version of MSW. */
export type Msw = Pick<typeof msw2, 'http' | 'ws' | 'HttpResponse' | 'delay'>

/** What they make. */
export type MswHandler =
  | ReturnType<Msw['http']['get']>
  | ReturnType<ReturnType<Msw['ws']['link']>['addEventListener']>

/** The versions of MSW that are supported, by name. */
export const versions: Readonly<Record<string, Msw>> = { 'msw 2': msw2, 'msw 3': msw3 as unknown as Msw }

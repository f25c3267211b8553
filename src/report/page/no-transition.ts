import { selection } from 'd3-selection'

/*
 * In the place of d3-transition, a tenth of the page: d3-zoom asks it for nothing but to interrupt transitions, and there are none
 * here. Everything moves at once, also for those who have asked for less motion.
 */

/** Ends the transitions of a node: there are none. */
export function interrupt(): void {}

Object.assign(selection.prototype, {
  interrupt(this: unknown) {
    return this
  },
})

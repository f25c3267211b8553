import type { Page } from 'playwright-core'

/** What can be used and has no name, and what refers to an element that is not there: as it is written in the page. */
export function unnamed(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const usable = 'button, input, summary, a, [tabindex="0"], [role=tree], [role=treeitem], [role=grid], [role=tab], [role=tablist], [role=radiogroup], [role=img], dialog, canvas'
    const name = (element) => [
      element.getAttribute('aria-label'),
      ...(element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
      ...[...(element.labels ?? [])].map((label) => label.textContent),
      element.matches('input, dialog') ? '' : element.textContent,
    ].filter(Boolean).join('').trim()
    const nameless = [...document.querySelectorAll(usable)].filter(
      (element) => name(element) === '' && !element.closest('[aria-hidden=true]'))
    const lost = [...document.querySelectorAll('[aria-activedescendant], [aria-labelledby], [aria-controls]')].filter((element) =>
      ['aria-activedescendant', 'aria-labelledby', 'aria-controls'].some((attribute) =>
        (element.getAttribute(attribute) ?? '').split(' ').some((id) => id && !document.getElementById(id))))
    const twice = [...document.querySelectorAll('[id]')].filter(
      (element) => document.querySelectorAll('[id="' + CSS.escape(element.id) + '"]').length > 1)
    return [...nameless, ...lost, ...twice].map((element) => element.outerHTML.slice(0, 120))
  })()`)
}

/**
 * Texts whose colour is too close to what is behind them: below 4.5, the least of WCAG 2.2 AA for text of any size. The contrast is
 * (L1 + 0.05) / (L2 + 0.05), of relative luminances: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export function faintTexts(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    const paint = (...colours) => {
      for (const colour of colours) {
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
      }
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
    }
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const grounds = (element) => element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : ['white']
    const texts = [...document.querySelectorAll('body *')].filter((element) =>
      element.checkVisibility() && !element.matches('script, svg *, .said') &&
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''))
    return texts.flatMap((element) => {
      const behind = grounds(element)
      const [a, b] = [luminance(paint(...behind)), luminance(paint(...behind, getComputedStyle(element).color))]
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      return contrast < 4.5 ? [contrast.toFixed(2) + ' ' + element.outerHTML.slice(0, 100)] : []
    })
  })()`)
}

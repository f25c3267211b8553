/** A number with its noun, in thousands: `1 play`, `25,000 plays`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`
}

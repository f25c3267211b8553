/* Asks once, and says what it got on standard output; to whoever has forked it with the word `ipc`, over that. */
const answer = await fetch('https://api.example.com/who').then(
  (response) => response.text(),
  (error) => `${error.cause?.code ?? error}`,
)
if (process.argv.includes('ipc')) process.send(answer, () => process.disconnect())
else console.log(answer)

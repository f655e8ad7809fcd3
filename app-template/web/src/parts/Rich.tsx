/** A sentence in which text between backticks is code. */
export function Rich({ text }: { text: string }) {
  return text
    .split("`")
    .map((piece, index) => (index % 2 === 1 ? <code key={index}>{piece}</code> : <span key={index}>{piece}</span>));
}

import "./clamped.css";

/** Two lines of a text at most; all of it on hover. */
export function Clamped({ text }: { text: string }) {
  return (
    <span className="clamped" title={text}>
      {text}
    </span>
  );
}

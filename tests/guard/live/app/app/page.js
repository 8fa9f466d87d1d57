export default function Page() {
  return <p>Signs in whoever asks.</p>;
}

import qrcode from 'qrcode-generator';

const QUIET = 4;

/** A QR code (ISO/IEC 18004) of a text, dark on white in both themes, because readers want it so. */
export function QrCode({ text }: { readonly text: string }) {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  const size = count + 2 * QUIET;
  const path: string[] = [];
  for (let row = 0; row < count; row += 1)
    for (let column = 0; column < count; column += 1) if (code.isDark(row, column)) path.push(`M${column + QUIET} ${row + QUIET}h1v1h-1z`);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} width={200} height={200} role="img" aria-label="QR">
      <rect width={size} height={size} fill="#fff" />
      <path d={path.join('')} fill="#000" />
    </svg>
  );
}

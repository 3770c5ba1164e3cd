import { theme } from "./theme.ts";

/** A part of a picture, in px from its upper left corner. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

interface TextStyle {
  size?: number;
  colour?: string;
  weight?: number;
  anchor?: "start" | "middle" | "end";
  mono?: boolean;
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 13, colour = theme.text, weight = 400, anchor = "start", mono } = style;
  const font = mono ? ` font-family="${theme.mono}"` : "";
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${colour}" font-weight="${weight}" text-anchor="${anchor}"${font}>${escaped(content)}</text>`;
}

export function rect({ x, y, w, h }: Box, fill: string, more = ""): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${fill}" ${more}/>`;
}

/** Width of a text in px, on the safe side: no font is loaded here. */
export function widthOf(content: string, size: number): number {
  return content.length * size * 0.6;
}

/** A text that fits, with an ellipsis where it was cut. */
export function cut(content: string, width: number, size: number, mono = false): string {
  const most = Math.floor(width / (size * (mono ? 0.61 : 0.56)));
  return content.length <= most ? content : `${content.slice(0, Math.max(1, most - 1))}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

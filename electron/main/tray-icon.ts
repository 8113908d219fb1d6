/**
 * The gate of the mark, 32 by 32 pixels on nothing, as base64 of a PNG. In the program and not beside it, because only what is
 * built is packaged. One colour that shows on light and on dark panels; a Mac takes only its shape.
 */
export const TRAY_ICON = [
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAuUlEQVR42mNQnT6PYSAxw2B2gI3q9HnnodiGDMOJ0o/PAJDG/1B8',
  'ngwHEKUfnwH3kQy4T4YDiNI/6gBiDfgN5ZOCf1PTAZTioe+AAY+C0Vww6BwgMFAOaFCdPu8zkliz6vR5KlA5HtXp81JUp89LoJUD',
  'EvBks89o/ARaO+A3gXyfQKsoSIBiDtXp80JUp89bj+b706rT52UMRC4QUZ0+j2U0F4zmgtFcMFobUtsBA94xGfCu2cjoHQMAySeg',
  'meGMDFgAAAAASUVORK5CYII=',
].join('');

import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** A blue-green, from pale to dark; chosen so that white text on shade 7 has a contrast of more than 5 to 1. */
const water: MantineColorsTuple = [
  '#e6f7f7',
  '#d3ebec',
  '#a7d6d8',
  '#77bfc3',
  '#51acb1',
  '#389fa5',
  '#25979e',
  '#0f7c84',
  '#006d75',
  '#005d65',
];

/** The greys of the dark theme, with a little of the same hue; Mantine takes text, lines and surfaces from them. */
const dark: MantineColorsTuple = [
  '#d5dade',
  '#b7bfc5',
  '#94a0a9',
  '#6b757d',
  '#3a4148',
  '#2d3338',
  '#22272b',
  '#16191c',
  '#111416',
  '#0c0e10',
];

export const theme = createTheme({
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 7 },
  colors: { water, dark },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: true } },
    TextInput: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { centered: false, yOffset: '4vh' } },
  },
});

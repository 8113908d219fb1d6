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

export const theme = createTheme({
  primaryColor: 'water',
  primaryShade: { light: 7, dark: 7 },
  colors: { water },
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

import { createTheme, type MantineColorsTuple } from '@mantine/core';

// Neutral greys carry the page; indigo is what can be acted on; red, amber and green only ever say how things stand.
const indigo: MantineColorsTuple = [
  '#eef0fc', '#dcdff8', '#b7bff0', '#98a4f0', '#8594f2', '#5b6cdc', '#4355cc', '#3949b8', '#303e9e', '#273383',
];
const dark: MantineColorsTuple = [
  '#e6e9ed', '#b4bcc7', '#98a2af', '#6d7784', '#3a424e', '#2a313b', '#1f252d', '#171c22', '#11151a', '#0c0f13',
];
const gray: MantineColorsTuple = [
  '#f7f8fa', '#f0f2f4', '#e4e7eb', '#d5dae0', '#c2c9d1', '#9aa4b0', '#68727e', '#515b67', '#363e48', '#1d232a',
];

const kFont = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
const kMono = 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", Menlo, monospace';

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 6, dark: 5 },
  colors: { indigo, dark, gray },
  fontFamily: kFont,
  fontFamilyMonospace: kMono,
  defaultRadius: 'sm',
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '8px', xl: '12px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontFamily: kFont,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' }, styles: { root: { fontWeight: 500 } } },
    InputWrapper: { styles: { label: { fontWeight: 500, marginBottom: 2 }, description: { fontSize: 12, lineHeight: '16px' } } },
    TextInput: { defaultProps: { size: 'sm' } },
    Modal: { defaultProps: { transitionProps: { duration: 100 }, centered: true } },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 80 }, withArrow: false } },
    Switch: { defaultProps: { withThumbIndicator: false } },
  },
});

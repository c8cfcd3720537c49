import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// Imports run one way: app → pages → components → api → (theme and nothing else). A page does not reach into another.
const forbid = (files, groups, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: groups, message }] }] },
});

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { globals: globals.browser },
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'max-lines': ['error', { max: 300 }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Only src/api/client.ts talks to the server.' },
        { name: 'localStorage', message: 'Nothing of the session is kept in the browser.' },
      ],
    },
  },
  { files: ['src/api/client.ts', 'src/test/**'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['public/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['scripts/**', 'vite.config.ts'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  forbid(['src/theme/**'], ['@/api/*', '@/components/*', '@/pages/*', '@/app/*'], 'theme imports nothing of ours.'),
  forbid(['src/api/**'], ['@/components/*', '@/pages/*', '@/app/*'], 'api knows no page and no component.'),
  forbid(['src/components/**'], ['@/pages/*', '@/app/*'], 'components know no page.'),
  forbid(['src/pages/**'], ['@/app/*', '@/pages/*', '../../*'], 'a page is built from api and components, not from the app or another page.'),
);

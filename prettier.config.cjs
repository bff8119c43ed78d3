/** @type {import('prettier').Config} */
const config = {
  plugins: [require.resolve("@prettier/plugin-xml")],
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  semi: true,
  tabWidth: 4,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
  overrides: [{files: "*.{yml,yaml,json,cjs}", options: {tabWidth: 2}}],
};

module.exports = config;

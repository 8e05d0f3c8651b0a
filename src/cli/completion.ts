import { Argument, type Command, type Option } from 'commander';
import type { Shell } from './command.ts';

const SHELLS = ['bash', 'zsh'] as const;

/** Old options, kept only for old scripts. They are not offered, so that nobody learns them. */
const OLD = new Set(['--state']);
const GLOBAL = new Set(['config', 'stateDir', 'lang', 'quiet']);

export function addCompletion(program: Command, shell: Shell): void {
  shell
    .add(program, 'completion', shell.say('completion.about'), 'completion bash > /etc/bash_completion.d/evidock')
    .addArgument(new Argument('<shell>', shell.say('completion.arg.shell')).choices(SHELLS))
    .action((kind: (typeof SHELLS)[number]) => shell.print(completionScript(program, shell, kind).trimEnd()));
}

/**
 * Makes a script that completes the words of `program`: commands, options, and values that a command line knows by itself (choices, files, directories). The
 * script holds everything and starts no process, so that the tab key answers at once.
 */
function completionScript(program: Command, shell: Shell, kind: (typeof SHELLS)[number]): string {
  const commands = walk(program, '');
  const words = commands.map(({ path, command }) => arm(path, subcommands(command)));
  const options = commands.map(({ path, command }) => arm(path, optionsOf(command, shell).flatMap(optionLines)));
  const values = commands.flatMap(({ path, command }) => optionsOf(command, shell).filter(takesValue).map(valueArm(path)));
  const operands = commands.map(({ path, command }) => arm(path, operandsOf(command)));
  const tables = [
    table('commands', '"$1"', words),
    table('options', '"$1"', options),
    // The shell function fails for an option that takes no value.
    table('values', '"$1 $2"', values, 'return 1'),
    table('operands', '"$1"', operands),
  ];
  return [kind === 'zsh' ? '#compdef evidock' : '# bash completion of evidock', ...tables, kind === 'zsh' ? ZSH : BASH].join('\n');
}

interface Walked {
  /** Words of the command, such as `slots learn`; empty for the program itself. */
  readonly path: string;
  readonly command: Command;
}

function walk(command: Command, path: string): readonly Walked[] {
  const below = command.commands.flatMap((each) => walk(each, `${path} ${each.name()}`.trim()));
  return [{ path, command }, ...below];
}

function subcommands(command: Command): readonly string[] {
  return command.commands.map((each) => `${each.name()}:${oneLine(each.description())}`);
}

/** A command's own options, the options of every command, and those of the command that runs when a group is called alone. */
function optionsOf(command: Command, shell: Shell): readonly Option[] {
  const own = [command, ...command.commands.filter((each) => shell.defaults.has(each))].flatMap((each) => each.options);
  const shown = own.filter((each) => (!each.hidden || GLOBAL.has(each.attributeName())) && !(each.hidden && OLD.has(each.long ?? '')));
  return [...new Map(shown.map((each) => [each.long, each])).values()];
}

function names({ long, short }: Option): readonly string[] {
  return [long, short].filter((name) => name !== undefined && name !== null);
}

const takesValue = ({ required }: Option) => required;
const optionLines = (option: Option) => names(option).map((name) => `${name}:${oneLine(option.description)}`);

function valueArm(path: string): (option: Option) => string {
  return (option) => {
    const kinds = option.argChoices ?? [kindOf(option.flags)];
    return `    ${names(option)
      .map((name) => quoted(`${path} ${name}`))
      .join(' | ')}) ${printed(kinds)} ;;`;
  };
}

function operandsOf(command: Command): readonly string[] {
  return command.registeredArguments.slice(0, 1).flatMap((each) => each.argChoices ?? [kindOf(`<${each.name()}>`)]);
}

/** What the word in angle brackets asks for. A colon in front of it keeps it apart from real values. */
function kindOf(flags: string): string {
  if (/<file>/.test(flags)) return ':file';
  return /<dir>/.test(flags) ? ':directory' : ':other';
}

function arm(path: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `    ${quoted(path)}) ${printed(lines)} ;;`;
}

function table(name: string, subject: string, arms: readonly string[], otherwise?: string): string {
  const last = otherwise === undefined ? [] : [`    *) ${otherwise} ;;`];
  return [`_evidock_${name}() {`, `  case ${subject} in`, ...arms.filter((each) => each !== ''), ...last, '  esac', '}'].join('\n');
}

const printed = (lines: readonly string[]) => `printf '%s\\n' ${lines.map(quoted).join(' ')}`;
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ');

/** Shell code that finds two things in `given` (all words before the one at the cursor): the command, and the option whose value is at the cursor. */
const FIND = `  for word in "\${given[@]}"; do
    if [ -n "$option" ]; then
      # Bash makes a word of the sign in --lang=en; zsh does not.
      [ "$word" = '=' ] || option=
      continue
    fi
    case $word in
      -*) if _evidock_values "$at" "$word" >/dev/null; then option=$word; fi ;;
      *)
        next="\${at:+$at }$word"
        if _evidock_commands "$at" | grep -q "^$word:"; then at=$next; else operands=$((operands + 1)); fi
        ;;
    esac
  done`;

const BASH = `_evidock() {
  local at='' option='' word next operands=0 IFS=$'\\n' found
  local current=\${COMP_WORDS[COMP_CWORD]} given=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${FIND}
  [ "$current" != '=' ] || current=
  if [ -n "$option" ]; then
    found=$(_evidock_values "$at" "$option")
  elif [ "\${current#-}" != "$current" ]; then
    found=$(_evidock_options "$at" | cut -d: -f1)
  else
    found=$(_evidock_commands "$at" | cut -d: -f1)
    [ $operands -gt 0 ] || found+=$'\\n'$(_evidock_operands "$at")
  fi
  COMPREPLY=()
  case $found in
    *:file*) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")) ;;
    *:directory*) compopt -o filenames; COMPREPLY=($(compgen -d -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "\${found//:other/}" -- "$current")) ;;
  esac
}
complete -F _evidock evidock
`;

const ZSH = `_evidock() {
  local option word next current
  local -a given found
  local operands=0 at=''
  current=\${words[CURRENT]}
  given=("\${(@)words[2,CURRENT-1]}")
${FIND}
  if [ -n "$option" ]; then
    found=("\${(@f)$(_evidock_values "$at" "$option")}")
  elif [[ $current == --*=* ]] && _evidock_values "$at" "\${current%%=*}" >/dev/null; then
    found=("\${(@f)$(_evidock_values "$at" "\${current%%=*}")}")
    compset -P '*='
  elif [[ $current == -* ]]; then
    found=("\${(@f)$(_evidock_options "$at")}")
    _describe option found
    return
  else
    found=("\${(@f)$(_evidock_commands "$at")}")
    if [ -n "\${found[1]}" ]; then
      _describe command found
      return
    fi
    [ $operands -gt 0 ] || found=("\${(@f)$(_evidock_operands "$at")}")
  fi
  case \${found[1]} in
    :file) _files ;;
    :directory) _files -/ ;;
    :other | '') ;;
    *) compadd -- "\${found[@]}" ;;
  esac
}
if [ "\${funcstack[1]}" = _evidock ]; then _evidock "$@"; else compdef _evidock evidock; fi
`;

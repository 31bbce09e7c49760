"""What the workflow files of a repository do: how code reaches an app, and what is wrong on the way.

Each group imports from those below it, and not the other way round (a contract of import-linter).

What the controls ask of paths, files and steps:

    action_inputs        what heroku-deploy is given, as it reads it
    authentication       whether a job fails closed without its key
    availability         where GitHub reads expressions, and with which contexts
    belonging            whether environment, app and addresses belong together
    calls                whether called workflows get what they ask for
    checked_out          which code a job works on
    environments         whether a deploy goes through the declared environment
    exclusion            whether deploys of one app exclude each other
    expression_problems  what is wrong with expressions
    gate_steps           whether what a gate does can fail it
    heroku_cli           which steps call the CLI, and whether it is there
    heroku_key           where a call has its HEROKU_API_KEY from
    hollow               gates that let through what they should stop
    images               deploys of an image that says itself what it starts
    missing_gates        declared gates that stand nowhere
    problems             what GitHub cannot read as it was meant
    processes            what the processes of a Procfile start
    provenance           where deployed code comes from, and whether gates have seen it
    reachability         whether an app can be deployed as declared, and what shuts the way
    required_checks      whether required checks report on every pull request
    schedules            whether a `cron` fires, and how often
    schema               what may stand below the keys of GitHub's syntax
    secrets              which secrets a job reads
    shapes               the shape of a place, and what is not of it
    skipped              who notices a deploy that heroku-deploy skipped
    suppressions         comments that accept a finding for a while
    symbols              what a text comes to, with symbols for what only the run knows

All of it read from a folder; the only I/O:

    checkout             workflow files, actions, Procfiles, paths
    listing              the names of all files

The ways to an app:

    blocked_paths        the ways that conditions shut
    conditions           why a condition is never true
    paths                every way, put together
    tagging              steps that tag, and whether that starts a workflow

    deploy_path          the noun: one way by which code reaches an app

The parts of a way:

    concurrency          the groups that a job waits in
    gates                the jobs before a deploy
    heeded               a check that a later step acts on
    later                the steps after a deploy
    obstacles            what stands between an event and a deploy
    reviews              apps for a pull request
    shell_ways           whether the scripts of a run get to the deploy
    verification         the health checks after a deploy

What is a health check:

    health               a step as a check
    health_actions       known actions and called workflows
    health_addresses     what hands tests the address of an app
    health_check         the noun
    health_code          other languages than the shell
    health_names         names that speak of a check
    health_script        what a script asks, and what judges the answer

What is read no further:

    measuring            the files that are past a bound

Playing a workflow through:

    job_runs             every job, in each situation, row and chain of calls
    reach                which jobs can run, and which stand in another's way
    step_conditions      whether a step runs in a job that does
    stopping             steps that stop a job

What deploys, and which app:

    code_deploys         other languages than the shell, and inputs of actions
    deploys              the steps that deploy
    git_pushes           pushes to a remote of Heroku's
    handed_over          what is written elsewhere: make, scripts, tools
    heroku_words         how a command calls the CLI
    mechanisms           the known actions and subcommands, as data
    script_target        the noun: what a script deploys
    shell_deploys        the commands that deploy
    targets              which app that is

What is known before a run:

    contexts             what the expressions of a step see
    events               what each event tells
    globs                matches names with filter patterns
    matrix               the rows of a matrix
    mentions             what expressions mention
    refs                 filter patterns, and the refs that they stand for
    situations           each trigger, with each ref and choice of inputs
    surroundings         the names, variables and inputs around a step

The model of a repository's files:

    modelling            makes a workflow file of a document
    procfile             a Procfile
    sources              all workflow files and actions, and who calls whom
    started              the file that a command of a Procfile starts
    unread_files         documents of files that are not read
    workflow             the nouns: triggers, jobs, steps

Scripts:

    github_script        JavaScript that GitHub's action runs
    requests             the HTTP requests of a script
    shell                a script as commands, and what the failure of each leads to
    shell_command        the noun: one such command
    shell_fates          what a failure leads to
    shell_reader         goes through a script and notes its commands
    shell_runs           how statements can end
    shell_status         how one command ends, and what it writes
    shell_syntax         text in, tree out
    shell_tree           the parts of that tree
    shell_trial          how a script ends where some variables are known
    shell_values         what its words and tests come to
    shell_words          options, variables, wrappers

GitHub's word:

    github_syntax        its syntax of workflows and actions, as it publishes it

YAML:

    core_schema          what a scalar means
    document             nodes with their places
    fault                what is wrong at a place, and what to do
    yaml_nodes           libyaml's nodes
    yaml_reader          text in, nodes and problems out
    yaml_words           its errors, in words that help

Expressions:

    expression_functions the functions
    expression_syntax    text in, tree out
    expression_tree      the parts of that tree
    expression_values    values, coercion, equality
    expressions          what an expression is worth

How much is read:

    bounds               the numbers, and the error of what is past one
"""

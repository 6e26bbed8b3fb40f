/**
 * The words that requests for work are made of, by what they mean for a team.
 *
 * Only lemmas stand here; `reading.ts` finds the inflected forms. A word may belong to several sets. No set
 * decides anything alone: a cue is a phrase in which several of them meet (see `signals.ts`).
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Verbs, by what is done. */
export const VERBS = {
  /** Something new comes out of it. */
  MAKE: words(`write draft build create design implement develop produce generate prepare compose make
    code port rewrite refactor migrate translate plan improve polish formulate author program put add
    rebuild craft construct deliver type do own
    make shape set work process turn plan port carry create`),
  /** Something is held against a measure. */
  CHECK: words(`review critique check validate verify approve vet inspect edit examine scrutinise
    scrutinize proofread evaluate assess audit test comment criticise criticize reread attack`),
  /** Something is done again, better. */
  REWORK: words(`revise rework refine iterate improve polish redraft correct rewrite amend adjust
    incorporate address fold resubmit loop`),
  /** Somebody is set to work. */
  LET: words('have let get ask make want need set put bring use allow'),
  /** People come to one mind. */
  AGREE: words(`agree decide settle converge deliberate recommend conclude align determine resolve
    choose`),
  /** Two sides fix what lies between them. */
  NEGOTIATE: words(`agree negotiate settle define pin nail hammer lock freeze fix establish finalise
    finalize share sign`),
  /** Positions are fought over. */
  FIGHT: words(`debate argue dispute contest challenge defend attack oppose rebut pit fight contend
    clash refute counter`),
  /** Ground is explored. */
  SCOUT:
    words(`audit investigate explore assess survey hunt track find dig map uncover discover trace
    scour examine root-cause look diagnose inspect figure identify conduct analyse analyze
    chase comb sweep probe`),
  /** Work is looked after while it is done. */
  WATCH: words(`monitor watch observe oversee police supervise enforce guard patrol flag catch
    intervene shadow track correct check`),
  /** Advice is sought. */
  CONSULT: words('consult ask call turn seek bring route refer check defer pull request'),
  /** Knowledge is gathered. */
  RESEARCH: words(`research study gather explore investigate collect benchmark survey look analyse
    analyze examine learn read compare`),
  /** One becomes many. */
  SPREAD: words(
    'dispatch spawn fan swarm launch split deploy distribute delegate send use parallelise parallelize',
  ),
  /** Many become one. */
  MERGE: words(
    'synthesise synthesize merge combine summarise summarize consolidate aggregate unify',
  ),
  /** Known only so that their forms are seen as verbs. */
  PLAIN:
    words(`work take give say speak look start begin run see know think seem need bring tell try
    keep join sit handle stand respond reply talk discuss compete take feed hand pass depend follow`),
} as const;

/** Verbs of work in stages, by the phase of a project in which they stand. */
export const PHASES: readonly ReadonlySet<string>[] = [
  words(`research study learn requirement collect gather extract analyse analyze ingest scrape interview transcribe
    investigate explore survey understand brainstorm`),
  words(`plan design specify outline define derive model classify normalise normalize clean enrich
    estimate architect sketch prioritise prioritize structure detect transform specification lay`),
  words(`build implement develop write code create draft produce generate apply port migrate convert
    summarise summarize translate compose implementation`),
  words('test verify validate review edit evaluate benchmark check harden proofread testing'),
  words(
    'deploy publish ship release document format present typeset report launch deliver distribute',
  ),
];

/** Nouns, by what they stand for. */
export const NOUNS = {
  /** What two sides share. */
  INTERFACE:
    words(`api interface contract schema protocol endpoint format signature spec specification
    openapi graphql shape type payload rest avro protobuf idl`),
  /** What can be a side of an interface without being a person. */
  SIDE: words(`frontend backend client server producer consumer service subsystem side team app
    application library plugin host module system party front-end back-end`),
  /** Ground too wide to see its end. */
  GROUND:
    words(`codebase repository repo monorepo system monolith infrastructure platform application
    setup estate network fleet organisation organization cloud production ci company app portfolio stack
    landscape backend frontend suite product site website environment marketplace ecosystem data`),
  /** Things that go wrong and must be found. */
  TROUBLE: words(`vulnerability leak breach outage incident bug failure timeout loss debt hole waste
    issue fraud anomaly crash risk dead cause regression
    defect flaw weakness dependency fault danger problem`),
  /** What critics hand back. */
  FEEDBACK: words(
    'feedback critique comment correction criticism objection change remark note issue',
  ),
  /** Marks of being content. */
  CONTENT:
    words(`approve approved satisfied happy pass sign ready production-ready good perfect none no
    meet accept accepted content clean agree acceptable bar convinced flawless`),
  /** Independent views of one thing. */
  VIEW: words(`perspective take opinion viewpoint angle view interpretation estimate answer idea version
    variant analysis proposal suggestion assessment tagline title`),
  /** Who looks after rules while others work. */
  WATCHER:
    words(`watchdog guardian guard overseer monitor observer supervisor inspector sentinel warden
    chaperone`),
  /** What must not be broken. */
  RULE: words(`standard rule convention style policy guideline violation drift consistency contradiction
    terminology naming anti-pattern compliance requirement vulnerability pattern secret inconsistency`),
  /** Who holds drafts against a measure. */
  REVIEWER: words('reviewer critic editor proofreader checker validator examiner'),
  /** Who argues a side, and who rules. */
  ADVOCATE: words('advocate proponent opponent champion devil defender attacker camp prosecutor'),
  JUDGE: words('judge referee arbiter verdict ruling umpire jury'),
  /** Too small a thing for two stages. */
  CHORE: words(`table endpoint script class component method query branch test file function line
    sentence page form number paragraph week list`),
  /** Too small a thing for a team. */
  TRIFLE: words(`sentence line word typo variable button function string regex uuid filename header
    heading tweet expression number field import toggle haiku joke email comment character row
    screenshot file list loop index colour color paragraph snippet commit`),
} as const;

/** Heads of noun phrases that name somebody who can take part. */
export const PEOPLE =
  words(`agent expert specialist engineer developer architect analyst reviewer critic
  editor writer author designer tester dba sre qa pm lawyer economist doctor physician scientist
  researcher advocate proponent opponent champion judge referee arbiter moderator facilitator auditor
  watchdog guardian guard monitor observer overseer supervisor inspector officer lead owner manager
  maintainer implementer coder programmer generalist scout panel committee group team people person
  someone somebody anybody colleague teammate subagent sub-agent helper assistant strategist marketer
  statistician translator adviser advisor consultant member stakeholder party camp accountant lawyer
  attorney solicitor mentor professional sysadmin administrator operator investor nurse teacher
  professor legal security compliance counsel devops ops firefighter detective investigator defender
  attacker jury board council crew squad user-researcher copywriter planner creator checker
  umpire sentinel warden man woman mediator peer reader profiler guru authority
  dev founder skeptic sceptic recruiter steward enforcer controller sponsor colleague partner
  librarian technician surgeon chef curator customs-officer scholar student intern volunteer
  referent prosecutor buyer seller vendor-manager minister diplomat veteran`);

/** People only where a phrase makes them so: `consult legal`, `security, legal and engineering`. */
export const OFFICES = words(
  'legal security compliance counsel devops ops senior marketing finance hr procurement it engineering product tech',
);

/** Words that look like people by their ending and are not. */
export const NOT_PEOPLE =
  words(`list checklist playlist wishlist whitelist blacklist allowlist blocklist
  twist exist persist assist resist insist consist catalyst mist fist gist assistant-mode music logic
  topic architect-mode pipelist`);

export const GROUPS = words('panel committee group team people board council crew squad jury');
export const MANY = words(
  'several multiple many few both various some different diverse numerous handful couple',
);

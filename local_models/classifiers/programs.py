"""Whether a text holds code, or a wish for something that is programmed.

Shops speak of codes, programs, classes and returns, of drop tables and Java coffee too, so a word alone never counts:
code shows in how a line is built and where it ends, or in a wish for something that is programmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from local_models.classifiers.sample import Sample
from local_models.classifiers.survey import mask_of
from local_models.classifiers.wares import shops_for_wares
from local_models.classifiers.word_groups import CODE_HINT

_FENCES = mask_of("`~")
_TICKS = re.compile(r"^[^\S\n]{0,12}`{3,5}(?!`)|(?<!`)`{3}(?!`)[^`]{1,2000}`{3}", re.MULTILINE)
_TILDES = re.compile(r"^ {0,3}~{3,20}[^\S\n]{0,4}[\w+#.-]{0,30}[^\S\n]{0,4}\n", re.MULTILINE)
_CLOSING_TILDES = re.compile(r"\n {0,3}~{3,20}[^\S\n]{0,4}(?:\n|\Z)")
"""A fence of tildes opens a line, with a language at most behind it, and is closed by another: in chats a
tilde is a smile."""

_TYPE = r"(?:void|int|long|double|float|bool|boolean|char|string|class|interface|enum|auto|async|def|fn)"
_VALUE = r"(?:[\"'`\d\[{(]|new |await |async |function\b|require\(|[\w.]+[(\[]|true\b|false\b|null\b|none\b|[^\n]*;)"
_END = r"[^\S\n]*(?:;|#|//|$)"
_TABLE = r"(?:table|index|view|database|schema|sequence|trigger)"
_ARGUMENTS = r"(?:[^\S\n]+[\w./@:=\"'~^-]{1,60}){0,6}[^\S\n]*(?:$|&&|\||;|\\$)"
_PACKAGES = r"(?:[^\S\n]+(?:-[\w-]{1,20}|[\w-]{0,40}[\d@/._=-][\w@/.=-]{0,40})){0,6}(?:[^\S\n]+[\w@/.=\[\]-]{1,60}){0,2}[^\S\n]*(?:$|&&|;|\\$)"
_ADMIN = r"(?:apt(?:-get)?|yum|dnf|snap|brew|systemctl|service|rm|docker|chmod|chown|pip3?|npm|su|cp|mv|ln|mkdir|cat|tee|nano|vim?|make|reboot|mount|ufw|kill|bash|sh|nginx|useradd|usermod|passwd|git|python3?|-\w)"
_REGISTER = (
    r"%?(?:[re]?(?:ax|bx|cx|dx|si|di|bp|sp|ip)|[abcd][lh]|r\d{1,2}[dwb]?|x\d{1,2}|w\d{1,2}|xmm\d)\b"
)
_SURE_LINE = re.compile(
    r"^(?:(?:async )?def \w+[^\S\n]*[(\[]|class \w+(?:\([\w., =]*\))?:[^\S\n]*$|(?:abstract |final |export )*class \w+[^\n{]{0,60}\{|case class \w+\("
    rf"|(?-i:from [a-z_][\w.]* import (?:\*|\(|[\w]+(?: as \w+)?(?:, ?\w+(?: as \w+)?)*{_END}))|from \.[\w.]* import \w|import (?:\{{|\* as|\w+(?:, ?\{{[^\n]*)? from [\"']|[\w.]+ as \w{{1,5}}[^\S\n]*$|\w+(?:\.\w+)+;?[^\S\n]*$"
    r"|(?:os|sys|re|json|math|time|random|numpy|pandas|torch|requests|collections|datetime)[^\S\n]*$)"
    rf"|(?:(?:public|private|protected|static|final|export|default)[^\S\n]+){{1,4}}(?:{_TYPE}|function|const|\w+(?:<[^\n>]*>)?[^\S\n]+\w+[^\S\n]*[=;(][^\n]*[;{{])\b"
    rf"|{_TYPE}[^\S\n]+\*{{0,2}}\w+[^\S\n]*(?:\([^\n)]*\)[^\S\n]*[{{:-]|=[^\n]*;|\[\d*\][^\S\n]*[=;,])"
    r"|(?:export )?(?:async )?func(?:tion)?[^\S\n]+\w+[^\S\n]*\([^\n]*\)[^\n]*\{|(?:pub )?fn \w+[^\S\n]*[(<]"
    rf"|(?:export )?(?:let|const|var|val|lazy val)(?: mut)? \w+[^\S\n]*(?::[^\S\n]*[\w<>\[\]&]+[^\S\n]*)?=[^\S\n]*{_VALUE}|let rec \w|let \w+(?: \w+){{0,4}} = [^\n]{{1,200}}(?: in\b|;;)"
    r"|#include[^\S\n]*[<\"]|#!/|<\?(?:php|xml)|<!doctype|#define \w|traceback \(most|package [\w.]+;|using (?:namespace )?[\w.:]+;|std::\w|use (?:std|crate|super)::"
    r"|for[^\S\n]*\((?:int|let|var|auto|size_t) \w+[^\S\n]?=|(?:if|for|while|switch|else if)[^\S\n]*\([^\n{]*(?:[<>=!&|;%]|\b(?:in|of)\b)[^\n{]*\)?[^\S\n]*\{|(?:for|while|if)[^\S\n]*\([^\n()]{0,80}(?:[<>=!]=?|\+\+)[^\n()]{0,80}\)[^\n]{0,120};[^\S\n]*$"
    r"|(?:if|for|while|elif|with|except|try)\b[^\n]*\):?[^\S\n]*:$|(?:if|elif|while) (?:not )?[\w.\[\]\"']+ (?:==|!=|<=?|>=?|in|is|is not|not in) [\w.\[\]\"'-]+:[^\S\n]*(?:$|return\b|print\b|break|continue|pass)|with [\w.]+\([^\n]{0,120}\) as \w+:|(?:if|elif|while) [^\n]{1,120}(?:==|!=|<=|>=)[^\n]{1,80}:[^\S\n]*$|(?:object|trait|struct|impl|enum|interface) \w+[^\n{]{0,60}\{|for \w+(?:, ?\w+)? in [\w.]+(?:\([^\n]*\))?:|while (?:true|1|not \w+):"
    r"|(?:console\.(?:log|error|table)|system\.out\.print(?:ln|f)?|fmt\.print(?:ln|f)?|printf|println!?|print|puts|putstrln|echo(?=\([\"'$]))\([^\n]*\)[^\S\n]*(?:;|\}|#|//|$)"
    rf"|(?-i:(?:CREATE|ALTER|DROP|TRUNCATE) {_TABLE.upper()} |INSERT INTO |DELETE FROM )|create (?:or replace )?(?:temp(?:orary)? |unique |materialized )?{_TABLE} (?:if not exists )?[\w.\"`]+(?:[^\S\n]*\(|[^\S\n]+as (?:select\b|\()|[^\S\n]+on \w+[^\S\n]*\(|[^\S\n]*;)"
    rf"|drop {_TABLE} (?:if exists )?[\w.\"`]+(?: cascade)?[^\S\n]*(?:;|$)|alter table [\w.\"`]+ (?:add|drop|modify|rename|alter|change) (?:column |constraint |to |index )|insert into [\w.\"`]+[^\n]*(?:\bvalues\b|\bselect\b)|update [\w.\"`]+ set \w+[^\S\n]*=|delete from [\w.\"`]+(?: where |;)|truncate table \w+;"
    r"|select\b[^\n]{1,300}\bfrom [\w.\"`]+[^\n]*(?:\bwhere [\w.\"`]+ ?(?:[=<>!]|(?:in|like|is|between|not)\b)|\bjoin [\w.\"`]+ (?:\w+ )?on\b|\bgroup by\b|\border by\b|\blimit \d|;)|select[^\S\n]+(?:distinct )?(?:\*|\w+\([^\n)]{0,80}\))[^\n]{0,200}[^\S\n]from[^\S\n]+\w|select \w+(?:, ?\w+)+ from [\w.]+[^\S\n]*$|with \w+ as \([^\S\n]*(?:select|$)"
    r"|</?(?:div|span|html|head|body|script|style|table|form|input|button|ul|li|svg|template|meta|link)\b[^<>\n]*>|<\w+ [\w-]+=[\"'][^<>\n]*>"
    rf"|(?:\$ )?(?:curl -|curl https?:|wget https?:|docker (?:run|build|exec|ps|compose|pull|logs|rm|images?)\b|pip3? install{_PACKAGES}|(?:npm|pnpm|yarn)(?: (?:install|i|add|ci)){_PACKAGES}|(?:npm|pnpm|yarn) run \w|git (?:commit|clone|push|pull|checkout|rebase|merge|log|add|diff|status|reset|stash|init|fetch|branch|revert){_ARGUMENTS}"
    rf"|sudo {_ADMIN}\b|apt(?:-get)? (?:install|update|remove|upgrade)\b|brew install{_PACKAGES}|kubectl \w|python3? [\w./-]+\.py|python3? -[mc] |node [\w./-]+\.js|cd (?:~/|\.\.?/|/\w)[\w./-]*[^\S\n]*(?:$|&&|;)|cd \.\.[^\S\n]*$|chmod [+\d]|chown [\w:]+ [/.~]"
    r"|awk (?:-f ?\S{1,3} )?'|sed (?:-\w{1,3} )*['\"]|grep -{1,2}\w|find [./~]\S* -\w|ls -[a-z]{1,5}\b|rm -[rf]{1,2} |tar -?[xczvf]{2,5} |ssh (?:-\w )?[\w.-]+@|scp \S+ |export [A-Z_]+=|source [\w./~-]+[^\S\n]*$|cat [\w-]*[./][\w./-]* \||echo [^\n|]{1,120} \| \w|systemctl (?:start|stop|restart|status|enable) |make (?:install|clean|all)[^\S\n]*$|cargo (?:build|run|test|new|add)\b|go (?:build|run|test|vet)(?: \./| \w+\.go|[^\S\n]*$)|go mod \w|go get [\w-]+\.|terraform (?:init|plan|apply)\b)"
    r"|if \[{1,2} [^\n\]]{1,120} \]{1,2}[^\S\n]*(?:;|$)|for \w+ in [^\n;]{1,120};[^\S\n]*do\b|while [^\n;]{1,120};[^\S\n]*do\b|[a-z_]+\(\)[^\S\n]*\{"
    r"|[.#@*:]?[\w-][\w\s.#>:,*+~()\[\]=\"'-]{0,80}\{[^\S\n]*[a-z-]{2,40}[^\S\n]*:[^\n;{}]{1,80};|@(?:media|keyframes|font-face|import)\b[^\n]{0,80}[{;]"
    r"|(?-i:FROM [\w./-]+:[\w.-]+(?: (?:AS|as) \w+)?[^\S\n]*$|WORKDIR [/\w]|RUN (?:apt|pip|npm|yarn|apk|mkdir|go |cargo|curl|make|chmod|python)|CMD \[|ENTRYPOINT \[|apiVersion: \w)"
    rf"|(?:mov|add|sub|cmp|lea|xor|and|or|test|ldr|str|mul|imul|shl|shr|movl|movq|addl|subl|cmpl)[^\S\n]+(?:{_REGISTER}|[\[$%#\w()+*-]{{1,24}})[^\S\n]*,[^\S\n]*(?:{_REGISTER}|[\[$%#-]\S|0x|\d{{1,9}}[^\S\n]*(?:;|$))|(?:push|pop|call|inc|dec|jmp|mul|div)[^\S\n]+{_REGISTER}[^\S\n]*(?:;|$)|section \.\w|int 0x\w\w|\.globa?l \w"
    r"|\((?:define \(|define \w[\w?!-]* [\d(\"'#]|defun \w|defn \w|defmacro |setq \w|setf |lambda \(|let \(|cond \(|if \([<>=]|(?:[+*/<>-]|mod|list|map|car|cdr|cons|format t|println|print|reduce|filter|not|eq\??|require|ns) [^\n()]{0,60}[()][^\n]*\))"
    r"|\w+(?:'|) :: [\w\[(][^\n]*(?:->|\])|main :: io|main = do\b|module \w+(?:\.\w+)* (?:where|exposing)|data \w+(?: \w)* = [A-Z]\w*(?: [\w.]+)*(?: \||$| deriving)|(?:map|filter|foldr|foldl|zipwith|iterate) \([^\n)]{1,60}\) ?[\[(]"
    r"|[{\[][^\S\n]*\{?[^\S\n]*\"[^\"\n]*\"[^\S\n]*:|\(?\w+(?:, ?\w+)*\)?[^\S\n]*=>[^\n]*[(){}+*/;]|[^\n]{0,80}\b(?:at|in) [\w./$<>]+\([\w.]+:\d+\)"
    r"|[a-z_]\w*(?:\.\w+)*\[[^\n]{1,80}\](?:\.\w+)*[^\S\n]*[-+*/]?=(?!=)[^\S\n]*\S|\w+(?:, ?\w+)* = [a-z_]\w*\.[a-z_]\w*[(\[]|[a-z_]\w*(?:\.\w+)*\.\w+\([^\n]{0,200}\)\.\w+(?:\(|[^\S\n]*$|\[)|[a-z_]\w*\.[a-z_]\w*\([^\n()]{0,200}(?:[\[{\"'=]|=>|->|lambda)[^\n]{0,200}\)[^\S\n]*(?:;|$|#|//)|\$\w+(?:->\w+|\[[^\]\n]{1,40}\])?[^\S\n]*=[^\n]{1,200};"
    r"|(?:resource|provider|variable|module) \"[\w-]+\"[^\n]{0,60}\{|attr_(?:accessor|reader) :|require ['\"]|puts [\"'\w]|int main\b"
    r"|file \"[^\"\n]+\", line \d)",
    re.MULTILINE | re.IGNORECASE,
)
_LIKELY_LINE = re.compile(
    r"^(?:return\b[^\n;]*;[^\S\n]*$|return [\w.\[\]]+(?:[^\S\n]*[-+*/%<>=]=?[^\S\n]*[\w.\[\]]+)*[^\S\n]*$|import \w+;?[^\S\n]*$|[\w.]+\([^\n]*\)[^\S\n]*[;{]?[^\S\n]*$|[\w.\[\]]+[^\S\n]*[-+*/]?=[^\S\n]*[^\n]+;?[^\S\n]*$"
    r"|</?\w+[^<>\n]*>[^\S\n]*$|[}\])]+;?[^\S\n]*$|//[^\S\n]|(?:else|try|finally|do)[^\S\n]*[{:][^\S\n]*$|@\w+[^\S\n]*$|@\w+\([^\n]*\)[^\S\n]*$|<[\w-]+>[^\n]*</|[.#@*\w][\w .#>:,@()*-]{0,80}\{[^\S\n]*$|(?-i:COPY \S+ \S+|FROM \w+|EXPOSE \d|ENV \w+|USER \w+)[^\S\n]*$|end[^\S\n]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_LINE_BEGINNINGS = (
    "import ", "from ", "select", "update ", "create ", "delete ", "drop ", "alter ", "insert ", "truncate ", "with ", "curl ", "wget ",
    "docker ", "pip", "npm ", "pnpm ", "yarn ", "brew ", "git ", "sudo ", "apt", "kubectl ", "python", "node ", "cd ", "chmod ", "chown ",
    "awk ", "sed ", "grep ", "find ", "ls ", "rm ", "tar ", "ssh ", "scp ", "export ", "source ", "cat ", "echo ", "systemctl ", "make ",
    "cargo ", "go ", "terraform ", "for ", "while ", "if ", "elif ", "$ ", "return ", "class ", "#", "@", "<", "//", "run ", "workdir", "copy ", "expose ",
    "env ", "user ", "mov", "add", "sub", "cmp", "lea", "xor", "push", "pop", "call ", "inc ", "dec ", "jmp ", "section ", ".global",
    "main ", "std::", "use ", "require ", "attr_", "puts ", "apiversion", "end",
)  # fmt: skip
"""What a line of code begins with that holds no bracket, brace or equals sign."""
_BRACES, _LINE_SIGNS = "{}", "({=[}"
_PIPE, _LINE_MARKS = ("|",), ("|", "::", " => ")
_TOLD_LINE_SIGNS, _TOLD_LINE_MARKS, _COLON = mask_of("(=["), mask_of(":="), mask_of(":")
"""Those of them that a sample tells of."""
_ENOUGH = 2
"""A line that is code for sure counts for two likely ones."""
_WITHIN = re.compile(
    r"\{[^\S\n]*\|\w+(?:, ?\w+)*\||\bdo[^\S\n]+\|\w+(?:, ?\w+)*\||\[\w{1,9}(?:,[^\S\n]?\w{1,9})?\.\.\w{0,9}\]|\bfor \w+(?:, ?\w+)? in (?:range|enumerate|zip|reversed|sorted)\("
    r"|[^\S\n]\|[^\S\n](?:grep|awk|sed|wc|xargs|sort|head|tail|jq)\b(?: -|[^\S\n]*$| ['\"])|(?<!\w)#\{\w|\$\{\w+\}|\$\(\w+ |[\])][^\S\n]*=>[^\S\n]*[\w({]"
    # JSON, a formula of a spreadsheet, a call of what only programs have or that gives what only programs give.
    r"|\{[^\S\n]{0,9}\\?[\"'“][\w.$@ -]{1,40}\\?[\"'”][^\S\n]{0,9}[:：]"
    r"|(?<![A-Za-z\d_=<>!])=[^\S\n]?(?i:sum|sumifs?|sumproduct|countifs?|counta|averageifs?|average|if|ifs|iferror|[vhx]?lookup|index|match|concat|concatenate|textjoin|text|left|right|mid|len|trim|round|max|min|rank|datedif|substitute|indirect|unique|filter|today|now)\((?=[\w$\"'=()-])"
    r"|(?<![A-Za-z])(?:[VHX]LOOKUP|SUMIFS?|COUNTIFS?|AVERAGEIFS?|SUMPRODUCT|IFERROR|TEXTJOIN|DATEDIF)\((?=[\w$\"'=(-])"
    r"|(?<![A-Za-z.])(?:console\.(?:log|error|warn|table|info)|System\.out\.print(?:ln|f)?|fmt\.Print(?:ln|f)?|JSON\.(?:parse|stringify)|json\.(?:loads|dumps)|document\.(?:getElement\w{1,20}|querySelector(?:All)?)|localStorage\.\w{3,12})\("
    r"|(?<![A-Za-z])[A-Za-z_][\w.]{1,60}\([^\n()]{0,60}\)[^\S\n]?(?:(?:always |just |only )?(?:prints?|returns?|gives?|logs?|outputs?|is)|返回|输出|打印|得到)(?:了|的是)?[^\S\n]?(?:undefined|null|None|NaN|nil|空指针|空值)(?![A-Za-z]| and void)"
)
"""What may stand anywhere in a line, and in no other text."""
_LISTED = re.compile(r"[\[{(]([^\[\]{}\n]{1,80}) for (\w{1,20})(?:, ?\w{1,20})? in [\w.]")
"""A list that is built in a loop: it names the loop's variable twice."""
_NESTED = re.compile(
    r"^ {0,40}[a-z][\w.-]*:[^\S\n]*(?=\n {1,40}(?:- )?[\w.-]+:(?: |$))", re.MULTILINE
)
_LEAST_NESTED = 2
"""Keys with keys below them, more than once: a file of settings."""

_CAPITAL_SQL = re.compile(r"\bSELECT\b[^\n]{1,300}\bFROM\b")
_FAULTS = re.compile(
    r"(?<![A-Za-z])(?:Type|Value|Key|Syntax|Name|Index|Attribute|Import|ModuleNotFound|Reference|Assertion|Recursion|Indentation|Runtime|ZeroDivision|FileNotFound|UnicodeDecode|"
    r"Overflow|OutOfMemory|StackOverflow|NoClassDefFound|OS|IO|NotImplemented|Unbound(?:Local)?)Error(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:[A-Z][a-z]+){2,6}Exception(?![A-Za-z])|(?<![A-Za-z])(?:IO|SQL)Exception(?![A-Za-z])|\bundefined is not\b|[Ss]egmentation fault|\bsegfault|(?<![A-Za-z])StackOverflow(?![A-Za-z])"
)
_PLAIN_FAULT_WORDS = ("undefined", "egmentation", "segfault")
_FAULT_WORDS = (*_PLAIN_FAULT_WORDS, "Error", "Exception", "Overflow")
"""One of these stands in every such fault."""
_LANGUAGES = r"(?:python|java|rust|golang|go|ruby|swift|kotlin|scala|perl|matlab|c|r|javascript|typescript|js|c\+\+|c#|php|sql|html|css|bash|shell|react|vue|node(?:\.?js)?|numpy|pandas|django)"
_MADE = (
    r"(?:code|functions?|scripts?|programs?|class(?:es)?|methods?|quer(?:y|ies)|lists?|dict(?:ionar(?:y|ies))?s?|arrays?|strings?|loops?|"
    r"decorators?|generators?|exceptions?|errors?|bugs?|modules?|librar(?:y|ies)|lambdas?|threads?|tuples?|regex(?:es)?|closures?|"
    r"interfaces?|pointers?|iterators?|snippets?|syntax|compiler|developer|tutorial|interview)"
)
_CODE_WISH = re.compile(
    # For lower case. A language beside something that is written in it, or at the end: "reverse a list in python".
    rf"\b(?:\b{_LANGUAGES}(?!\w) {_MADE}\b|\b{_MADE}\b[^\n.?!]{{0,40}}\b(?:in|with|using) {_LANGUAGES}(?![\w+#])"
    r"|\b(?:in|with|using) (?:python|javascript|typescript|golang|java|rust|c\+\+|c#|php|kotlin|sql|bash|css|html|html5|react|vue|angular|django|flask|pandas|numpy|node\.?js|git|vim|haskell|scala|matlab|powershell|mysql|postgres(?:ql)?|mongodb|kubernetes|pytorch|tensorflow|tailwind|latex|vba|spring boot|assembly)(?:[?.!]|$)"
    rf"|\b(?:write|fix|debug|refactor|implement|optimi[sz]e|review|explain|convert|translate|rewrite)\b[^\n.?!]{{0,40}}(?:\b(?:javascript|typescript|golang|regex(?:es)?|numpy|pandas|django|sql|html|css|php)\b|\bc\+\+|\bc#)"
    r"|\b(?:write|fix|debug|refactor|implement|optimi[sz]e|test)\b[^\n.?!]{0,30}\b(?:functions?|scripts?|unit tests?|algorithm|parser|web scraper|compiler|rest api|endpoint|recursion|react|vue|hooks?|middleware|dockerfile)\b"
    r"|\b(?:sql|database) (?:query|injection|join)|\bregular expression|\bstack trace|\bsource code|\b(?:this|my|following) (?:code|function|snippet)\b[^\n]{0,30}(?::|\b(?:not work|doesn't|error|bug|wrong|slow|throws|compile|crash))"
    r"|\brefactor\b[^\n.?!]{0,40}\b(?:class|code|component|module|method|function|this|service|loop|to)\b|\b(?:react|vue|angular|svelte) (?:hooks?|components?|router|state|props|native|app|context|query)\b|\buse(?:state|effect|memo|ref|callback|reducer|context)\b"
    r"|\bdocker (?:container|image|compose|file|volume|network|swarm|hub)s?\b|\bdockerfile\b|\bkubernetes\b|\bgit (?:commit|rebase|merge|branch|stash|repo(?:sitory)?|push|pull|clone|checkout|reset|conflict|bisect|submodule)s?\b|\bmerge conflicts?\b"
    r"|\basync/await\b|\bflexbox\b|\bdependency injection\b|\bunit tests?\b|\bmemory leaks?\b|\brace condition\b|\bnull ?pointer\b|\b(?:a|the|this|my) div\b|\b(?:composition|rest|graphql|fetch) api\b|\bnpm package\b|\bpython (?:package|virtualenv|decorator)|\bweb ?scraper\b|\b(?:exit|quit|use|configure) vim\b|\bdesign patterns?\b[^\n]{0,30}\b(?:java|code|software)\b"
    r"|\b(?:quick|merge|bubble|heap|insertion) ?sort\b|\bbinary (?:search|tree)|\blinked list|\bhash ?(?:map|table)\b|\blru cache|\bdynamic programming|\bbig o\b|\bdepth[- ]first|\bfizz ?buzz)"
)
_CODE_WISH_ZH = re.compile(
    r"(?<![小优])(?:写|改|调试|优化|实现|编写|重构|生成|解释|看看|看下|看一下)[^，。！？\n]{0,10}(?:(?<![惠证请换销折码])代码(?!券)|程式码|函[数式]|脚本|爬虫|正则|算法|sql|单元测试|递归|链表|排序|二叉树)"
    r"|(?:写|编写|编|开发)(?:一|1|几)?(?:个|段)[^，。！？\n]{0,10}(?<!小)程[序式](?!订单|里|的)"
    r"|(?:这|那|下面|以下|我的)(?:段|个|些)?(?:(?<!我的)代码|代码(?!输|填|用不了|无效|失效|过期|不对)|程式码|函[数式]|脚本)|(?:代码|程式码)(?:报错|出错|怎么写|有什么问题|哪里)"
    r"|(?:用|写|学|看看|段|的)\s?(?:python|java|javascript|js|c\+\+|c#|c语言|go语言|golang|rust|php|sql|html|css|vue|react|shell|matlab|git)\s?(?:写|实现|代码|脚本|函[数式]|程[序式]|怎么|如何|里|中|为什么|报错|做|编|回退|提交|合并|撤销|拉取|推送)"
    r"|(?:python|javascript|js|c\+\+|c语言|golang|php|sql|numpy|pandas|vue|react|java)\s?(?:里|中|怎么|如何|为什么|报错|代码|程式码|脚本|函[数式]|语法|面试|爬虫|编程|语句|组件|钩子|的?(?:列表|字典|数组|阵列|装饰器|多线程|异步|切片|推导式))"
    r"|(?:docker|k8s|kubernetes|git|redis|mysql|nginx|linux|spring|webpack|maven)\s?(?:容器|镜像|仓库|分支|命令|集群|索引|配置|部署|怎么|如何|报错|冲突|缓存|的?(?:端口|挂载|提交|合并))|(?:用|写)[^，。！？\n]{0,6}正则|(?:帮我|请|来)?debug一下|列表推导|重构[^，。！？\n]{0,8}(?:组件|类|模块|接口|方法)|(?<!设备)接口[^，。！？\n]{0,6}(?:返回|报)\s?[45]\d\d|内存泄漏|线程池|死锁"
    r"|(?:html5?|css|c\+\+|c#|c语言|go语言|golang|typescript|kotlin|numpy|pandas)(?![a-z\d+#])[^，。！？\n]{0,14}(?:怎么(?![买卖退换还没样发寄付用办])|怎么用|如何(?!购买)|为什么(?!还|没)|报错|的?区别|举例)|用\s?(?:python|java|js|javascript|c\+\+|c语言|go语言|golang|rust)\s?(?:来)?举"
    r"|swift[^，。！？\n]{0,6}(?:解析|闭包|协议|数组|字典|可选)|\bgit (?:rebase|merge|pull|fetch|reset|revert|stash|commit|checkout|cherry-pick)(?![a-z])"
    r"|正则(?:怎么|如何)|sql\s?(?:查询|优化|注入)|快速排序|冒泡排序|归并排序|二分查找|二叉树|链表|动态规划|哈希表|正则表达式|空指针|时间复杂度",
)
_CODE_HINTS_ZH = (
    "代码", "函数", "函式", "脚本", "程序", "程式", "正则", "爬虫", "算法", "排序", "查找", "二叉树", "链表", "动态规划", "哈希",
    "空指针", "复杂度", "单元测试", "递归", "python", "java", "js", "c++", "c#", "c语言", "golang", "rust", "php", "sql", "html", "css", "vue",
    "react", "shell", "numpy", "pandas", "matlab", "go语言", "docker", "k8s", "kubernetes", "git", "redis", "nginx", "linux", "spring",
    "webpack", "maven", "debug", "推导", "重构", "接口", "泄漏", "线程", "死锁",
)  # fmt: skip
_CODE_HINT_ZH = re.compile("|".join(map(re.escape, _CODE_HINTS_ZH)))
_ASKED_FOR = re.compile(
    r"\b(?:write|fix|debug|refactor|review|explain|optimi[sz]e)\b[^\n.?!]{0,20}\bcode\b|\bwrite\b[^\n.?!]{0,20}\b(?:a|an) [^\n.?!]{0,20}\bprogram\b"
)
"""Counts where nothing a shop has codes and programs for is spoken of."""
_CODES_OF_A_SHOP = re.compile(
    r"\b(?:coupon|promo|discount|voucher|gift|loyalty|member(?:ship)?|affiliate|reward|qr|bar|zip|postal|verification|"
    r"tracking|order|size|care|warranty|return|refund|delivery)s?\b"
)


def holds_code(sample: Sample) -> bool:
    """Fenced code, a line that is built as code, a fault that only programs have, or a wish for a program."""
    text = sample.text
    return (
        _has_fence(sample) or _has_code_lines(sample) or _names_code(text) or _wishes_code(sample)
    )


def _has_fence(sample: Sample) -> bool:
    if not sample.signs & _FENCES:
        return False
    if "```" in sample.text and _TICKS.search(sample.text):
        return True
    opened = _TILDES.search(sample.text) if "~~~" in sample.text else None
    return opened is not None and _CLOSING_TILDES.search(sample.text, opened.end() - 1) is not None


def _has_code_lines(sample: Sample) -> bool:
    """A line that is code for sure, or two that are likely to be, or keys below keys.

    What a colon announces ("fix this: int a[5];") is looked at as a line too.
    """
    text, signs = sample.text, sample.signs
    line_signs = _LINE_SIGNS if signs & _TOLD_LINE_SIGNS else _BRACES
    line_marks = _LINE_MARKS if signs & _TOLD_LINE_MARKS else _PIPE
    found = 0
    for line in text.split("\n"):
        start = line.lstrip()
        if not start:
            continue
        has_signs = _holds_one(start, line_signs)
        if not has_signs and not start[:12].lower().startswith(_LINE_BEGINNINGS):
            has_marks = _holds_one(start, line_marks)
            if has_marks and (_WITHIN.search(start) or _SURE_LINE.match(start)):
                return True
            continue
        if _SURE_LINE.match(start) or (has_signs and _holds_code_within(start)):
            return True
        found += _LIKELY_LINE.match(start) is not None
        if found >= _ENOUGH:
            return True
    return bool(signs & _COLON) and ":\n" in text and len(_NESTED.findall(text)) >= _LEAST_NESTED


def _holds_code_within(line: str) -> bool:
    """Blocks, ranges, pipes and lists built in a loop anywhere in a line, or code that a colon announces."""
    if _WITHIN.search(line):
        return True
    if " for " in line and (built := _LISTED.search(line)):
        return re.search(rf"\b{built[2]}\b", built[1]) is not None
    announced = line.find("：") + 1 or line.find(": ") + 1
    return 0 < announced < len(line) and _SURE_LINE.match(line[announced:].lstrip()) is not None


def _names_code(text: str) -> bool:
    """A query in capitals, or a fault that only programs have."""
    if "SELECT" in text and _CAPITAL_SQL.search(text):
        return True
    words = _FAULT_WORDS if "E" in text or "O" in text else _PLAIN_FAULT_WORDS
    return _holds_one(text, words) and _FAULTS.search(text) is not None


def _holds_one(text: str, words: Iterable[str]) -> bool:
    for word in words:  # noqa: SIM110 - a loop, since every text comes here
        if word in text:
            return True
    return False


def _wishes_code(sample: Sample) -> bool:
    """Most texts have none of the words, which is quick to see. A book about it is bought like any other."""
    lower = sample.lower
    if not lower.isascii() and _CODE_HINT_ZH.search(lower):
        if _CODE_WISH_ZH.search(lower) or _CODE_WISH.search(lower):
            return not shops_for_wares(lower)
    elif not sample.words.in_group[CODE_HINT] and "c#" not in lower and "c++" not in lower:
        return False
    elif _CODE_WISH.search(lower):
        return not shops_for_wares(lower)
    return _ASKED_FOR.search(lower) is not None and not _CODES_OF_A_SHOP.search(lower)
